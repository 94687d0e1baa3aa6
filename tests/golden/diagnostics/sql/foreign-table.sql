select o.id as x
from marketplace.sales.orders as o
