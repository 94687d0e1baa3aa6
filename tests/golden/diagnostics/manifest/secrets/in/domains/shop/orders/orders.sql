-- AKIAIOSFODNN7EXAMPLE
select order_id from raw
