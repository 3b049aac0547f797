"""The administrators' doors: each calls one act of `gateway/administration`, as the command line does."""
