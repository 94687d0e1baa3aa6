select bought.lines.prise as x
from bought.lines
