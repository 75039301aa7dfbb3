using System;
using System.Net;
using System.Net.Sockets;

static class Server
{
    static void Main()
    {
        Console.WriteLine("Hello! What your server prints appears here.");

        // Uncomment these lines to pass stage 0:
        // var listener = new TcpListener(IPAddress.Loopback, 6379);
        // listener.Start();
        // while (true)
        // {
        //     listener.AcceptTcpClient().Close();
        // }
    }
}
