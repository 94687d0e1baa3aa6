"""BigQuery: a product's rows, log and stages in datasets of its own, published by one transaction.

`connection` runs jobs and says what their errors mean; each verb is a module beside it. docs/decisions/0070 to 0072.
"""
