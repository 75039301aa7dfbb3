# Fault: a deadline that is no number ends the program
# Fails: stage 5, "a deadline that is no number is an error, and stores nothing"
# Says: may be anything

from right import Server


class Broken(Server):
    def set(self, client, key, value, *options):
        if len(options) == 2:
            int(options[1])  # raises ValueError, and nobody catches it
        return super().set(client, key, value, *options)


Broken().run()
