select id as x
from orders
where ts >= @interval_begin and ts < ?
