select
  cast(order_id as integer) as order_id,
  cast(customer_id as integer) as customer_id,
  cast(status as varchar) as status,
  cast(amount_cents / 100 as decimal(18, 2)) as amount,
  cast(ordered_at as timestamp) as ordered_at,
  cast([amount_cents] as integer[]) as history
from {{ ref('stg_orders') }}
join {{ ref('customers') }} using (customer_id)
