select id as x form orders
