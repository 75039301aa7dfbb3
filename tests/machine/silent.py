"""Accepts every client, reads all that it sends, and never answers."""

import asyncio


async def serve(reader, writer):
    try:
        while await reader.read(65536):
            pass
    except ConnectionError:
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 6379)
    await server.serve_forever()


asyncio.run(main())
