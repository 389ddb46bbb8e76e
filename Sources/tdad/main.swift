print("tdad")
