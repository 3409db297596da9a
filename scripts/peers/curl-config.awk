# A mapping becomes a list of requests for `curl --parallel --config`.
BEGIN {
    FS = ","
    url = ENVIRON["ROCKETCHAT_URL"] "/api/v1/livechat/room.visitor"
}
NR > 2 { print "next" }
NR > 1 {
    printf "url = \"%s\"\nrequest = \"PUT\"\noutput = \"/dev/null\"\n", url
    printf "header = \"X-Auth-Token: %s\"\n", ENVIRON["ROCKETCHAT_AUTH_TOKEN"]
    printf "header = \"X-User-Id: %s\"\n", ENVIRON["ROCKETCHAT_USER_ID"]
    print "header = \"Content-Type: application/json\"\nheader = \"Accept: application/json\""
    printf "data = \"{\\\"rid\\\":\\\"%s\\\",\\\"oldVisitorId\\\":\\\"%s\\\",\\\"newVisitorId\\\":\\\"%s\\\"}\"\n", $3, $1, $2
}
