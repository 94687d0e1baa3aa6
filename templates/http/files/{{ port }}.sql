SELECT
{% for column in columns %}
  {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
FROM source
