select id as x
from 'orders.csv'
