select order_id, customer_id, status, ordered_at from {{ ref('stg_orders') }}
