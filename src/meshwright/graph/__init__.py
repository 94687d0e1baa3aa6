"""Link products: ports → edges, columns → columns, and what a change would reach. Pure: no clock, no I/O."""
