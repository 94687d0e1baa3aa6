import numpy
  mean = 1
