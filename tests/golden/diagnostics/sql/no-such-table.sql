select l.id as x
from bought.liens as l
join orders.lines on true
