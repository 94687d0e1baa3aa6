SELECT
{% for column in columns %}
  {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
FROM source
{% if latest != "none" %}
QUALIFY row_number() OVER (PARTITION BY {{ columns[0].name }} ORDER BY {{ latest }} DESC) = 1
{% endif %}
