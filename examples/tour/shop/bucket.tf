
resource "aws_s3_bucket" "order_archive" {
  bucket = "shop-order-archive"
}
