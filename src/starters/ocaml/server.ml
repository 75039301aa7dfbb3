let () = print_endline "Hello! What your server prints appears here."

(* Uncomment these lines to pass stage 0: *)
(* let () = *)
(*   let listener = Unix.socket PF_INET SOCK_STREAM 0 in *)
(*   Unix.setsockopt listener SO_REUSEADDR true; *)
(*   Unix.bind listener (ADDR_INET (Unix.inet_addr_loopback, 6379)); *)
(*   Unix.listen listener 511; *)
(*   while true do *)
(*     let connection, _ = Unix.accept listener in *)
(*     Unix.close connection *)
(*   done *)
