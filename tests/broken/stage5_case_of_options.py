# Fault: it knows PX and EX in upper case only
# Fails: stage 5, "the names of options may be in any case"
# Says: names of options are compared with regard to case

from right import Server, error


class Broken(Server):
    def set(self, client, key, value, *options):
        if options and options[0] not in (b"PX", b"EX"):
            return error(b"syntax error")
        return super().set(client, key, value, *options)


Broken().run()
