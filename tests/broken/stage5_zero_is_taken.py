# Fault: it takes a deadline of 0 or less
# Fails: stage 5, "a deadline of 0 or less is an error, and stores nothing"
# Says: has to be more than 0

from right import Server


class Broken(Server):
    def set(self, client, key, value, *options):
        if len(options) == 2 and options[1].lstrip(b"-").isdigit() and int(options[1]) <= 0:
            options = ()
        return super().set(client, key, value, *options)


Broken().run()
