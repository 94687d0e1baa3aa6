select id as x
from bought.orders as bought
join bought.lines using (id)
