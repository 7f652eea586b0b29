# shapes
input image 1 3 512 1024
output logits 1 19 -1 128
