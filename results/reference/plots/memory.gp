# Memory held by page tables (emulated machine)
# Makes memory.svg and memory.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,713 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1426 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "memory.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Memory held by page tables}" at screen 0.012, screen 0.9748 left
set label "{/*0.86 emulated machine · log axis}" at screen 0.012, screen 0.9439 left
set yrange [-18.60:0]
set lmargin at screen 0.345
set tmargin at screen 0.8850
set bmargin at screen 0.1038
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall" -1.90, "port-io" -2.90, "dense-sequential" -3.90, "hot-set" -4.90, "sparse-stride" -5.90, "random" -6.90, "pointer-chase" -7.90, "reach" -8.90, "demand-paging" -9.90, "churn" -10.90, "mprotect" -11.90, "pte-edit" -12.90, "switch" -13.90, "kpti" -14.90, "fork" -15.90, "accessed-scan" -16.90, "mixed" -17.90)
set label "{/:Bold At the end of the last phase}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.97
set logscale x 2
set xrange [13.33:3879]
set xtics ("16K" 16, "32K" 32, "64K" 64, "128K" 128, "256K" 256, "512K" 512, "1M" 1024, "2M" 2048, "4M" 4096)
set xlabel "bytes of page tables"
set label "guest's own" at screen 0.024, screen 0.9130 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#8a8a8a" offset 0.9,-0.25
set label "EPT" at screen 0.192, screen 0.9130 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.274, screen 0.9130 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (vtlb)" at screen 0.485, screen 0.9130 left noenhanced font ",12" point pt 8 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (trap)" at screen 0.675, screen 0.9130 left noenhanced font ",12" point pt 12 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "memory.tsv" using (column("guest's own")):(column("y")):(column("ept")-column("guest's own")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "memory.tsv" using (column("guest's own")):(column("y")):(column("spt")-column("guest's own")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "memory.tsv" using (column("guest's own")):(column("y")):(column("vtlb")-column("guest's own")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "memory.tsv" using (column("guest's own")):(column("y")):(column("trap")-column("guest's own")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "memory.tsv" using (column("guest's own")):(column("y")+0.32) with points pt 13 ps 1.15 lw 1.6 lc rgb "#8a8a8a" notitle, \
  "memory.tsv" using (column("ept")):(column("y")+0.16) with points pt 7 ps 0.95 lw 1.6 lc rgb "#0060a8" notitle, \
  "memory.tsv" using (column("spt")):(column("y")+0.00) with points pt 5 ps 0.95 lw 1.6 lc rgb "#e08a00" notitle, \
  "memory.tsv" using (column("vtlb")):(column("y")+-0.16) with points pt 8 ps 0.95 lw 1.6 lc rgb "#e08a00" notitle, \
  "memory.tsv" using (column("trap")):(column("y")+-0.32) with points pt 12 ps 0.95 lw 1.6 lc rgb "#e08a00" notitle
unset output
}
