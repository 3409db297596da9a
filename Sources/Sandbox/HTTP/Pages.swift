/// The HTML that is met where JSON was expected (TheServer, "HTTP").
enum Pages {
    /// The web application: the answer to any unknown path that is read.
    static let webApp = """
        <!DOCTYPE html>
        <html>
        <head><meta charset="utf-8"><title>Rocket.Chat</title><script src="/app.js"></script></head>
        <body><div id="react-root"></div></body>
        </html>
        """

    /// A single sign-on wall or captive portal, with status 200.
    static let signIn = """
        <!DOCTYPE html>
        <html>
        <head><title>Sign in</title></head>
        <body><form method="post" action="/sso"><input name="user"><input name="password" type="password"></form></body>
        </html>
        """

    /// The body parser's answer to text that is not JSON.
    static let badRequest = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Error</title>
        </head>
        <body>
        <pre>Bad Request</pre>
        </body>
        </html>
        """

    /// A page as nginx writes it, such as `502 Bad Gateway`.
    static func nginx(_ title: String) -> String {
        """
        <html>\r
        <head><title>\(title)</title></head>\r
        <body>\r
        <center><h1>\(title)</h1></center>\r
        <hr><center>nginx</center>\r
        </body>\r
        </html>\r

        """
    }
}
