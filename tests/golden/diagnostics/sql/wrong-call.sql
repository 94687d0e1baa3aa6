select
  coalesce(id, date_sub(day)) as x
from orders
