SELECT
{% for column in from.columns %}
  {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
FROM {{ from.local }}
