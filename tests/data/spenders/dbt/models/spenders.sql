{{ config(materialized='table') }}
select customer_id, sum(amount) as spent from {{ ref('bought') }} group by customer_id
