select id from since
