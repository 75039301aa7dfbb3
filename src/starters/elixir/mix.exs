defmodule Server.MixProject do
  use Mix.Project

  def project do
    [app: :server, version: "0.1.0"]
  end
end
