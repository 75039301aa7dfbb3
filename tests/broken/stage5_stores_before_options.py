# Fault: it stores the value before it finds that an option lacks its number
# Fails: stage 5, "an option without its number, or an unknown one, is an error, and stores nothing"
# Says: before anything is stored

from right import Server


class Broken(Server):
    def set(self, client, key, value, *options):
        if len(options) == 1:
            self.store(key, value, None)
        return super().set(client, key, value, *options)


Broken().run()
