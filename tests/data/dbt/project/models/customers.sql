select id as customer_id, first_name, email, joined_on from {{ ref('raw_customers') }}
