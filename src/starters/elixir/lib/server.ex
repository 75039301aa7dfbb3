defmodule Server do
  def main do
    IO.puts("Hello! What your server prints appears here.")

    # Uncomment these lines to pass stage 0, and those below:
    # options = [:binary, active: false, reuseaddr: true, ip: {127, 0, 0, 1}]
    # {:ok, listener} = :gen_tcp.listen(6379, options)
    # accept(listener)
  end

  # Uncomment these lines to pass stage 0:
  # defp accept(listener) do
  #   {:ok, connection} = :gen_tcp.accept(listener)
  #   :gen_tcp.close(connection)
  #   accept(listener)
  # end
end
