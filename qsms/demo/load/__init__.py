"""The demonstration in the database: two organisations and two years in which people did their work, told by services.

Nothing here writes a row of its own where a service exists. The steps of every record stand in one line of time and
happen in its order, so that numbers, ids and history are what they would be if it had really happened.
"""
