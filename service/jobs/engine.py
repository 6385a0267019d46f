"""Who sees to it that every chunk of a job is worked on until it is done?

The only place that knows DBOS.
"""
