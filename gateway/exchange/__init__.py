"""The path of one exchange: a question, its checks, the partners' answers, what is released."""
