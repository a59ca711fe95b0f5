"""What operators repair: messages that failed, outboxes that do not empty, copies that differ from their owners.

Everything works on the databases of the settings, by the code that the services run themselves: a service that is
stopped, or whose API does not answer, can be repaired too.
"""
