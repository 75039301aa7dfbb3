const std = @import("std");

pub fn main(init: std.process.Init) !void {
    const io = init.io;
    var buffer: [1024]u8 = undefined;
    var stdout = std.Io.File.stdout().writer(io, &buffer);
    try stdout.interface.writeAll("Hello! What your server prints appears here.\n");
    try stdout.interface.flush();

    // Uncomment these lines to pass stage 0:
    // const address: std.Io.net.IpAddress = .{ .ip4 = .loopback(6379) };
    // var listener = try address.listen(io, .{ .reuse_address = true });
    // while (true) {
    //     const connection = try listener.accept(io);
    //     connection.close(io);
    // }
}
