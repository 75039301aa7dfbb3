# Fault: it takes the number of PX for seconds
# Fails: stage 5, "a key with PX is gone after its deadline"
# Says: PX was taken for seconds

from right import Server


class Broken(Server):
    def set(self, client, key, value, *options):
        options = [b"EX" if option.upper() == b"PX" else option for option in options]
        return super().set(client, key, value, *options)


Broken().run()
