SELECT work, email
FROM post
