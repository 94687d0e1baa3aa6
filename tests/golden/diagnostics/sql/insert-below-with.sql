with a as (select 1 as x)
insert into orders select x from a
