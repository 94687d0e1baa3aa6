{{ "{{ config(alias='" }}{{ port | replace("-", "_") }}{{ "') }}" }}
select
{% for column in from.columns %}
    {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
from {{ "{{ source('mesh', '" }}{{ from.local | replace(".", "__") }}{{ "') }}" }}
