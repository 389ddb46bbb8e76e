print("tda")
