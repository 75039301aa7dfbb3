# Fault: it splits the request at CR LF instead of reading lengths
# Fails: stage 2, "CR LF inside an argument is part of the argument"
# Says: the length before an argument tells where it ends

from right import Server


class Broken(Server):
    def take_request(self, buffer):
        lines = buffer.split(b"\r\n")
        if len(lines) < 2:
            return None
        count = int(lines[0][1:])
        end = 1 + 2 * count
        if len(lines) <= end:
            return None
        buffer[:] = b"\r\n".join(lines[end:])
        return [bytes(line) for line in lines[2:end:2]]


Broken().run()
