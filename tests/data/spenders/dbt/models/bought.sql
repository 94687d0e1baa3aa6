{{ config(materialized='view') }}
select customer_id, amount from {{ source('shop', 'orders') }}
