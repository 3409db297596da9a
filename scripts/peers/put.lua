-- One PUT again and again: how many requests the machine itself can carry.
wrk.method = "PUT"
wrk.path = "/api/v1/livechat/room.visitor"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Auth-Token"] = os.getenv("ROCKETCHAT_AUTH_TOKEN")
wrk.headers["X-User-Id"] = os.getenv("ROCKETCHAT_USER_ID")
wrk.body = '{"rid":"Rm9xT2bQe7LkVdP4s","oldVisitorId":"66f0a1cRm9xT2bQe7LkVdP4s","newVisitorId":"66f0b1cRm9xT2bQe7LkVdP4s"}'
