select * from orders pivot(sum(qty) for id in ('a', 'b'))
