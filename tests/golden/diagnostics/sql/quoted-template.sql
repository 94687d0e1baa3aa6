select id as x from orders where id = '{{ order }}'
