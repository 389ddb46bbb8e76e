print("tda-gateway")
