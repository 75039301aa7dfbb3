# Fault: it takes the number of EX for milliseconds
# Fails: stage 5, "EX counts seconds"
# Says: EX counts seconds

from right import Server


class Broken(Server):
    def set(self, client, key, value, *options):
        options = [b"PX" if option.upper() == b"EX" else option for option in options]
        return super().set(client, key, value, *options)


Broken().run()
