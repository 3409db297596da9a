import Glibc

var systemErrno: Int32 { errno }
